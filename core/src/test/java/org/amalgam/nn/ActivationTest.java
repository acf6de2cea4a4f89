package org.amalgam.nn;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class ActivationTest {

    /** So that what an error calls an activation can be written into a configuration. */
    @ParameterizedTest
    @EnumSource
    void aLabelIsWhatConfigurationsSay(Activation activation) {
        assertThat(Activation.of(activation.label(), "config.json", "hidden_act"))
                .isEqualTo(activation);
    }
}
