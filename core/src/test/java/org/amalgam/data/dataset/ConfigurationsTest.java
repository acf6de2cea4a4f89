package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfigurationsTest {

    @TempDir
    Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "");
    }

    @Test
    void aNameThatIsNotThereIsRefusedWithThoseThatAre() throws IOException {
        file("svhn/cropped/test/0000.parquet");
        file("svhn/full/test.parquet");
        Path svhn = Files.createDirectories(folder.resolve("svhn/empty")).getParent();

        assertThat(Configurations.folder(svhn, "full")).isEqualTo(svhn.resolve("full"));
        assertThatThrownBy(() -> Configurations.folder(svhn, "fulll"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(svhn + " has no configuration fulll; give name: cropped or full, or leave name out");
    }

    @Test
    void theOnlyConfigurationNeedsNoFolder() throws IOException {
        Path cola = file("cola/test.parquet").getParent();
        file("cola/data/train.parquet");
        file("cola/validation/0000.parquet");
        assertThat(Configurations.folder(cola, "glue")).isEqualTo(cola);
        assertThat(Configurations.folder(cola.resolve("test.parquet"), "glue")).isEqualTo(cola.resolve("test.parquet"));

        file("cola/more/train.parquet");
        assertThat(Configurations.folder(cola, "cola")).isEqualTo(cola);
    }
}
