package dev.connectome.trainer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.trainer");

  @Test
  void theLibraryUsesNoFramework() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "jakarta..", "picocli..")
        .check(LIBRARY);
  }

  @Test
  void ofThisProjectTheLibraryUsesOnlyTheProtosAndItsToken() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome..")
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage(
                            "dev.connectome.protos..",
                            "dev.connectome.identity.client",
                            "dev.connectome.trainer.."))))
        .orShould()
        .dependOnClassesThat(resideInAPackage("dev.connectome.trainer.service.."))
        .check(LIBRARY);
  }

  @Test
  void theProbeKnowsNetworksAndNothingOfThePlatform() {
    classes()
        .that()
        .resideInAPackage("dev.connectome.trainer.probe")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.connectome.trainer.probe", "java..", "ai.djl..", "org.jspecify.annotations")
        .check(LIBRARY);
  }
}
