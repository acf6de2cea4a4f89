package org.amalgam.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.amalgam.AmalgamException;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** What may import what among the library's rooms, as {@code ARCHITECTURE.md} tells it. */
@AnalyzeClasses(packages = "org.amalgam", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOMS = "org.amalgam.";

    @ArchTest
    static final ArchRule onlyTheTensorRoomKnowsTheBindings = noClasses()
            .that()
            .resideOutsideOfPackage("org.amalgam.tensor..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule onlyTheParetoRoomKnowsTheSolver = noClasses()
            .that()
            .resideOutsideOfPackage("org.amalgam.pareto..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.ojalgo..");

    @ArchTest
    static final ArchRule noRoomDependsOnItselfThroughOthers =
            slices().matching("org.amalgam.(*)..").should().beFreeOfCycles();

    @ArchTest
    static void theTensorRoomStandsAlone(JavaClasses all) {
        mayImportNothingBut("tensor").check(all);
    }

    @ArchTest
    static void theSettingsRoomStandsAlone(JavaClasses all) {
        mayImportNothingBut("settings").check(all);
    }

    @ArchTest
    static void layersAreMadeOfTensors(JavaClasses all) {
        mayImportNothingBut("nn", "tensor").check(all);
    }

    @ArchTest
    static void modelsAreMadeOfLayers(JavaClasses all) {
        mayImportNothingBut("model", "nn", "tensor").check(all);
    }

    @ArchTest
    static void mergingIsAlgebra(JavaClasses all) {
        mayImportNothingBut("merge", "tensor").check(all);
    }

    @ArchTest
    static void mixturesAreNetworks(JavaClasses all) {
        mayImportNothingBut("mixture", "merge", "model", "nn", "tensor").check(all);
    }

    @ArchTest
    static void theParetoRoomKnowsNoModels(JavaClasses all) {
        mayImportNothingBut("pareto", "data", "nn", "tensor").check(all);
    }

    @ArchTest
    static void figuresAreData(JavaClasses all) {
        mayImportNothingBut("figure", "pool").check(all);
    }

    @ArchTest
    static void aRunIsAValue(JavaClasses all) {
        mayImportNothingBut("run", "model", "tensor").check(all);
    }

    @ArchTest
    static void filesKnowNoModels(JavaClasses all) {
        mayImportNothingBut("checkpoint", "tensor").check(all);
        mayImportNothingBut("data", "checkpoint", "tensor").check(all);
    }

    @ArchTest
    static void theHubKnowsFilesAlone(JavaClasses all) {
        mayImportNothingBut("hub", "checkpoint", "run").check(all);
    }

    @ArchTest
    static void poolsKnowNoMethods(JavaClasses all) {
        mayImportNothingBut("pool", "checkpoint", "data", "merge", "model", "run", "tensor")
                .check(all);
    }

    @ArchTest
    static void analysesKnowNoMethods(JavaClasses all) {
        mayImportNothingBut("analysis", "checkpoint", "figure", "merge", "model", "pool", "run", "settings", "tensor")
                .check(all);
    }

    @ArchTest
    static void methodsKnowNoReports(JavaClasses all) {
        noClasses()
                .that()
                .resideInAPackage(ROOMS + "method..")
                .or()
                .resideInAPackage(ROOMS + "adapt..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOMS + "report..", ROOMS + "cli..")
                .check(all);
    }

    @ArchTest
    static void reportsKnowNoMethods(JavaClasses all) {
        mayImportNothingBut("report", "checkpoint", "figure", "pool").check(all);
    }

    @ArchTest
    static final ArchRule theLibraryPrintsNothing = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    /** Of the project, the room's classes may import these rooms and the exception; libraries are free. */
    private static ArchRule mayImportNothingBut(String room, String... others) {
        String[] allowed = new String[others.length + 1];
        allowed[0] = ROOMS + room + "..";
        for (int i = 0; i < others.length; i++) {
            allowed[i + 1] = ROOMS + others[i] + "..";
        }
        return classes()
                .that()
                .resideInAPackage(ROOMS + room + "..")
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("org.amalgam.."))
                        .or(resideInAnyPackage(allowed))
                        .or(equivalentTo(AmalgamException.class)))
                .because("the way of the data has no way back");
    }
}
