package dev.connectome.signature;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may use what. */
class ArchitectureTest {

  private static final String ROOT = "dev.connectome.signature.";

  private final JavaClasses service =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.signature");

  @Test
  void assemblyUsesOnlyTheJdk() {
    classes()
        .that()
        .resideInAPackage(ROOT + "assembly")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "assembly")
        .check(service);
  }

  @Test
  void computeUsesOnlyTheJdkAndTheTopologyLibrary() {
    classes()
        .that()
        .resideInAPackage(ROOT + "compute")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "com.sun.management",
            "org.jspecify.annotations",
            ROOT + "compute",
            "dev.connectome.topology")
        .check(service);
  }

  @Test
  void onlyTheCodecTheIngestServiceAndTheAppUseTheContracts() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "codec", ROOT + "ingest", ROOT + "app")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.connectome.protos..")
        .check(service);
  }

  @Test
  void onlyTheOuterPackagesUseQuarkus() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "app", ROOT + "ingest", ROOT + "settings")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "io.smallrye..", "jakarta..")
        .check(service);
  }

  @Test
  void ofTheProjectOnlyTheContractsAndTheLibrariesOfServicesAreUsed() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome..")
                .and(
                    resideOutsideOfPackages(
                        "dev.connectome.signature..",
                        "dev.connectome.protos..",
                        "dev.connectome.identity..",
                        "dev.connectome.topology..")))
        .check(service);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(service);
  }
}
