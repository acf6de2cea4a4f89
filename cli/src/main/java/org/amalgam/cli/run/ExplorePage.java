package org.amalgam.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The page on which a Pareto set is explored: one document that loads nothing. */
record ExplorePage(Path run, FrontFile front) {

    private static final String DOCUMENT = "/org/amalgam/cli/explore/explore.html";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param token what the page's requests must carry */
    String text(String token) {
        try (InputStream in = ExplorePage.class.getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException(
                        DOCUMENT + " is not on the class path: the build that made this jar is broken");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("@DATA@", data(token));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON that may stand inside a script element: no text in it can end the element. */
    private String data(String token) throws JsonProcessingException {
        ObjectNode data = JSON.createObjectNode();
        data.put("title", "Pareto set of " + String.join(", ", front.experts()));
        data.put("token", token);
        data.put("folder", "merged");
        data.put("directory", Path.of("").toAbsolutePath().toString());
        data.put("run", run.toString());
        data.put("steps", front.steps());
        data.set("experts", JSON.valueToTree(front.experts()));
        data.set("tasks", JSON.valueToTree(front.tasks()));
        ArrayNode grid = data.putArray("grid");
        for (FrontFile.Row row : front.grid()) {
            ObjectNode point = grid.addObject();
            point.set("preference", JSON.valueToTree(row.preference()));
            point.set("accuracies", JSON.valueToTree(row.accuracies()));
        }
        ArrayNode others = data.putArray("others");
        for (FrontFile.Row row : front.others()) {
            others.addObject()
                    .put("name", row.model())
                    .put("expert", row.model().startsWith("expert "))
                    .set("accuracies", JSON.valueToTree(row.accuracies()));
        }
        return JSON.writeValueAsString(data)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }
}
