package dev.connectome.identity;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses identity =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.identity");

  @Test
  void whatDecidesUsesTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage("dev.connectome.identity")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.connectome.identity", "java..", "org.jspecify.annotations")
        .check(identity);
  }

  @Test
  void callersDoNotKnowWhoIsLetIn() {
    noClasses()
        .that()
        .resideInAPackage("dev.connectome.identity.client")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.connectome.identity", "dev.connectome.identity.server")
        .check(identity);
  }
}
