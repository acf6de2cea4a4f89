package org.amalgam.method;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is said to a command line that was made for a machine with a GPU. */
final class Devices {

    private Devices() {}

    /** One sentence for all the devices asked for that are no processor; none if there are none. */
    static Optional<String> note(String device, Optional<String> accelerator) {
        Set<String> elsewhere = new LinkedHashSet<>(List.of(device));
        accelerator.ifPresent(elsewhere::add);
        elsewhere.removeAll(List.of("cpu", "auto"));
        return elsewhere.isEmpty()
                ? Optional.empty()
                : Optional.of("The processor computed, instead of " + String.join(" and ", elsewhere)
                        + ": Amalgam uses no GPU.");
    }
}
