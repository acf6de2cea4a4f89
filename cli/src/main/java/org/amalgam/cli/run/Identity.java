package org.amalgam.cli.run;

import org.amalgam.pool.Model;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must be the same for an interrupted run to go on. */
final class Identity {

    /** Settings of methods that do nothing here, or say where something is kept. */
    private static final Set<String> IDLE = Set.of("cache_dir", "devices", "num_workers");

    private Identity() {}

    /** Hash of the models and of every setting of the work that the result depends on, in hexadecimal digits. */
    static String of(List<Model> models, MapNode work) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            models.forEach(
                    model -> digest.update(model.checkpoint().fingerprint().getBytes(StandardCharsets.UTF_8)));
            digest.update(bearing(work).plain().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Without the settings that bear on no result: those that are idle, and those that name what is saved and when. */
    private static MapNode bearing(MapNode settings) {
        MapNode bearing = MapNode.empty(settings.source());
        for (Map.Entry<String, Node> entry : settings.entries().entrySet()) {
            if (!IDLE.contains(entry.getKey()) && !entry.getKey().startsWith("save_")) {
                Node value = entry.getValue() instanceof MapNode below ? bearing(below) : entry.getValue();
                bearing = bearing.with(entry.getKey(), value);
            }
        }
        return bearing;
    }
}
