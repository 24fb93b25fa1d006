package dev.connectome.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know what. */
class ArchitectureTest {

  private static final String ROOT = "dev.connectome.controller.";

  private final JavaClasses service =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.controller");

  @Test
  void runStatesDependOnTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + "run")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "run")
        .check(service);
  }

  @Test
  void theStoreKnowsNoMessages() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.connectome.protos..", "com.google.protobuf..", "io.grpc..")
        .check(service);
  }

  @Test
  void onlyTheStoreKnowsTheDatabase() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "store", ROOT + "app", ROOT + "api")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jdbi..", "java.sql..", "javax.sql..")
        .check(service);
  }

  @Test
  void onlyTheEdgeKnowsQuarkus() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "app", ROOT + "api", ROOT + "settings")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..")
        .check(service);
  }

  @Test
  void servicesShareNothingButTheContracts() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.connectome.signature..",
            "dev.connectome.trainer..",
            "dev.connectome.topology..",
            "dev.connectome.cli..")
        .check(service);
  }
}
