package org.amalgam.pool;

import java.util.List;

/**
 * How a merged model is loaded elsewhere.
 *
 * @param library the Python library that does, as the Hugging Face Hub names it
 * @param python lines of code
 */
public record Loading(String library, List<String> python) {

    public Loading {
        python = List.copyOf(python);
    }
}
