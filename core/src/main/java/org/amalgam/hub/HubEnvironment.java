package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the hub and its cache are, as the environment variables of huggingface_hub say.
 *
 * @param endpoint of the hub, without a slash at the end; {@code HF_ENDPOINT}
 * @param cache folder of the repositories; {@code HF_HUB_CACHE}, by default {@code hub} in {@code HF_HOME}
 * @param token for the endpoint and no other host; {@code HF_TOKEN}, by default the file {@code token} in {@code HF_HOME}
 * @param offline nothing is asked of the hub; {@code HF_HUB_OFFLINE}
 */
public record HubEnvironment(URI endpoint, Path cache, Optional<Token> token, boolean offline) {

    private static final String ENDPOINT = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:(\\w+)|\\{(\\w+)})");

    /**
     * What these variables say.
     *
     * @param home the user's folder, in which {@code .cache/huggingface} lies
     * @throws AmalgamException if the endpoint is no address or the token cannot be one
     */
    public static HubEnvironment of(Map<String, String> variables, Path home) {
        Names names = new Names(variables, home);
        Path caches = names.path("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
        Path base = names.path("HF_HOME").orElse(caches.resolve("huggingface"));
        return new HubEnvironment(
                endpoint(names.text("HF_ENDPOINT").orElse(ENDPOINT)),
                names.path("HF_HUB_CACHE")
                        .or(() -> names.path("HUGGINGFACE_HUB_CACHE"))
                        .orElse(base.resolve("hub")),
                token(names, base),
                names.isTrue("HF_HUB_OFFLINE") || names.isTrue("TRANSFORMERS_OFFLINE"));
    }

    /** What this process was started with. */
    public static HubEnvironment ofThisProcess() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    private static URI endpoint(String text) {
        try {
            URI endpoint = URI.create(text.replaceFirst("/+$", ""));
            boolean web = Set.of("http", "https")
                    .contains(String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT));
            if (web && endpoint.getHost() != null && endpoint.getUserInfo() == null && endpoint.getQuery() == null) {
                return endpoint;
            }
        } catch (IllegalArgumentException noAddress) {
            throw noEndpoint();
        }
        throw noEndpoint();
    }

    /** The text is not repeated: it may hold a password. */
    private static AmalgamException noEndpoint() {
        return new AmalgamException("HF_ENDPOINT: expected the address of a hub, such as " + ENDPOINT);
    }

    private static Optional<Token> token(Names names, Path base) {
        if (names.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        for (String variable : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            Optional<String> given = names.text(variable);
            if (given.isPresent()) {
                return given.map(text -> Token.of(text, variable));
            }
        }
        Path file = names.path("HF_TOKEN_PATH").orElse(base.resolve("token"));
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(file);
            return text.isBlank() ? Optional.empty() : Optional.of(Token.of(text, file.toString()));
        } catch (IOException e) {
            throw new AmalgamException(
                    file + ": the token in it cannot be read (" + e.getClass().getSimpleName()
                            + "); make it readable, or give HF_TOKEN",
                    e);
        }
    }

    /** The variables, an empty one being as good as none. */
    private record Names(Map<String, String> variables, Path home) {

        Optional<String> text(String name) {
            return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
        }

        boolean isTrue(String name) {
            return text(name)
                    .filter(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                    .isPresent();
        }

        /** With {@code ~} and other variables in it replaced, as Python does. */
        Optional<Path> path(String name) {
            return text(name).map(value -> {
                String told = VARIABLE.matcher(value)
                        .replaceAll(variable -> Matcher.quoteReplacement(Stream.of(1, 2)
                                .map(variable::group)
                                .filter(inner -> inner != null)
                                .findFirst()
                                .flatMap(inner -> Optional.ofNullable(variables.get(inner)))
                                .orElse(variable.group())));
                boolean atHome = told.equals("~") || told.startsWith("~/");
                return (atHome ? Path.of(home + told.substring(1)) : Path.of(told)).toAbsolutePath();
            });
        }
    }
}
