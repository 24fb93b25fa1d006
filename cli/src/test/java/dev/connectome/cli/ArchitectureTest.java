package dev.connectome.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the command line may know of the services. */
class ArchitectureTest {

  private final JavaClasses cli =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.cli");

  @Test
  void ofTheControllerItKnowsTheStoppingRulesAlone() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome.controller..")
                .and(not(resideInAPackage("dev.connectome.stopping"))))
        .check(cli);
  }

  @Test
  void ofTheOtherServicesItKnowsNothing() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.connectome.trainer..", "dev.connectome.signature..")
        .check(cli);
  }
}
