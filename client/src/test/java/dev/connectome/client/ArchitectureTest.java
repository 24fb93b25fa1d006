package dev.connectome.client;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void theClientDependsOnTheProtosItsTokenAndLibrariesOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome..")
                .and(
                    not(
                        resideInAnyPackage(
                            "dev.connectome.client..",
                            "dev.connectome.identity.client",
                            "dev.connectome.protos.."))))
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.connectome.client"));
  }
}
