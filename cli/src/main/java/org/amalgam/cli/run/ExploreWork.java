package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.pareto.Preference;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the page asks of the models: read from its JSON by whoever serves it, done by the thread that owns the models. */
@FunctionalInterface
interface ExploreWork {

    /** What is asked; called by one thread. */
    interface Models {

        /** The tasks that preferences weigh. */
        List<String> tasks();

        /** What the model of a preference reaches on every task that is judged. */
        List<Double> measure(Preference preference);

        /**
         * Writes the model of a preference.
         *
         * @throws AmalgamException if the folder exists or cannot be written
         */
        void export(Preference preference, Path folder);
    }

    /**
     * Does it.
     *
     * @return the answer to the page
     * @throws AmalgamException if what is asked for cannot be done
     */
    ObjectNode on(Models models);

    /** What the model of the request's preference reaches. */
    static ExploreWork measuring(JsonNode request) {
        return models -> {
            Preference preference = preference(request, models);
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            preference.weights().forEach(answer.putArray("preference")::add);
            models.measure(preference).forEach(answer.putArray("accuracies")::add);
            return answer;
        };
    }

    /**
     * The model of the request's preference, written into its folder.
     *
     * @throws AmalgamException if the folder has no name
     */
    static ExploreWork exporting(JsonNode request) {
        String named = request.path("folder").asText("").strip();
        if (named.isEmpty()) {
            throw new AmalgamException("the folder to write has no name; give it one");
        }
        return models -> {
            Path folder = folder(named);
            models.export(preference(request, models), folder);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("folder", folder.toAbsolutePath().toString());
        };
    }

    private static Path folder(String named) {
        try {
            return Path.of(named);
        } catch (InvalidPathException e) {
            throw new AmalgamException(named + " is not the name of a folder", e);
        }
    }

    private static Preference preference(JsonNode request, Models models) {
        List<Double> weights = new ArrayList<>();
        request.path("preference").forEach(weight -> weights.add(weight.asDouble(Double.NaN)));
        return Preference.given(weights, "preference", models.tasks());
    }
}
