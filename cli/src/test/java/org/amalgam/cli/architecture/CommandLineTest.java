package org.amalgam.cli.architecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** What may import what in the command line. */
@AnalyzeClasses(packages = "org.amalgam", importOptions = DoNotIncludeTests.class)
class CommandLineTest {

    @ArchTest
    static final ArchRule onlyTheTensorRoomKnowsTheBindings = noClasses()
            .that()
            .resideOutsideOfPackage("org.amalgam.tensor..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule theLibraryKnowsNoCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("org.amalgam.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.amalgam.cli..");

    /** So that help and version load no native library. */
    @ArchTest
    static final ArchRule parsingKnowsNoTensors = noClasses()
            .that()
            .resideInAnyPackage("org.amalgam.cli", "org.amalgam.cli.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.amalgam.tensor..",
                    "org.amalgam.pool..",
                    "org.amalgam.method..",
                    "org.amalgam.analysis..",
                    "org.amalgam.adapt..",
                    "org.amalgam.model..",
                    "org.amalgam.merge..");

    @ArchTest
    static final ArchRule noRoomDependsOnItselfThroughOthers =
            slices().matching("org.amalgam.(*)..").should().beFreeOfCycles();
}
