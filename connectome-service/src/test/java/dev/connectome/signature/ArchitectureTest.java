package dev.connectome.signature;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know what. */
class ArchitectureTest {

  private static final String ROOT = "dev.connectome.signature.";

  private final JavaClasses service =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.signature");

  @Test
  void assemblyKnowsNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage(ROOT + "assembly")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "assembly")
        .check(service);
  }

  @Test
  void computeKnowsTheJdkAndTheTopologyLibrary() {
    classes()
        .that()
        .resideInAPackage(ROOT + "compute")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "org.jspecify.annotations", ROOT + "compute", "dev.connectome.topology")
        .check(service);
  }

  @Test
  void onlyTheCodecAndTheIngestServiceKnowTheContracts() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "codec", ROOT + "ingest", ROOT + "app")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.connectome.protos..")
        .check(service);
  }

  @Test
  void onlyTheEdgeKnowsQuarkus() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "app", ROOT + "ingest", ROOT + "settings")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "io.smallrye..", "jakarta..")
        .check(service);
  }

  @Test
  void noOtherServiceIsKnown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.connectome.controller..", "dev.connectome.trainer..", "dev.connectome.cli..")
        .check(service);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.connectome.signature.(*)..").should().beFreeOfCycles().check(service);
  }
}
