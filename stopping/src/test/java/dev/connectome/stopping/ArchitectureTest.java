package dev.connectome.stopping;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void stoppingRulesDependOnTheJdkOnly() {
    var imported =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.connectome.stopping");

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.connectome.stopping", "java..", "org.jspecify.annotations")
        .check(imported);
  }
}
