package dev.connectome.trainer.service;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
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
  void theServiceUsesOnlyTheProtosAndTheLibraryOfThisProject() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome..")
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage("dev.connectome.protos..", "dev.connectome.trainer.."))))
        .orShould()
        .dependOnClassesThat(resideInAPackage("io.quarkus.."))
        .check(SERVICE);
  }

  @Test
  void trainingUsesNeitherKafkaNorTheController() {
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
