package org.amalgam.hub;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer to a request. Closing it ends the connection if the body was not read to its end.
 *
 * @param headers by name in any case, the first value of each
 * @param body fails where the hub falls silent
 */
record Answer(int status, URI address, Map<String, String> headers, InputStream body) implements Closeable {

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).filter(value -> !value.isBlank());
    }

    /** A header's value, if it is a whole number that is not negative. */
    OptionalLong number(String name) {
        return header(name)
                .filter(value -> value.matches("\\d{1,18}"))
                .map(value -> OptionalLong.of(Long.parseLong(value)))
                .orElse(OptionalLong.empty());
    }

    /** {@code Retry-After}, which is a number of seconds or a date. */
    Optional<Duration> retryAfter() {
        OptionalLong seconds = number("Retry-After");
        if (seconds.isPresent()) {
            return Optional.of(Duration.ofSeconds(seconds.getAsLong()));
        }
        try {
            return header("Retry-After")
                    .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME))
                    .map(date -> Duration.between(ZonedDateTime.now(date.getZone()), date))
                    .map(pause -> pause.isNegative() ? Duration.ZERO : pause);
        } catch (DateTimeException neither) {
            return Optional.empty();
        }
    }

    boolean isRedirect() {
        return status >= 300 && status < 400 && status != 304;
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException ended) {
            return;
        }
    }
}
