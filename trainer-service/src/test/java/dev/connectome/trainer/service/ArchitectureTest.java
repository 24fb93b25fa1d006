package dev.connectome.trainer.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses SERVICE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.trainer.service");

  @Test
  void theTrainerKnowsNoOtherService() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.connectome.controller..",
            "dev.connectome.signature..",
            "dev.connectome.topology..",
            "dev.connectome.cli..",
            "io.quarkus..")
        .check(SERVICE);
  }

  @Test
  void trainingKnowsNeitherKafkaNorTheController() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.connectome.trainer.service.training", "dev.connectome.trainer.service.data")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "io.grpc..",
            "dev.connectome.trainer.publish",
            "dev.connectome.trainer.registry")
        .check(SERVICE);
  }
}
