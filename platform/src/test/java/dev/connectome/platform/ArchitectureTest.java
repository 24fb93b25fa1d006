package dev.connectome.platform;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses platform =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.platform");

  @Test
  void thePlatformKnowsNeitherCommandsNorServices() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.connectome.platform..",
            "dev.connectome.protos..",
            "dev.connectome.identity",
            "dev.connectome.identity.client",
            "java..",
            "javax.sql",
            "kafka.server",
            "org.apache.kafka..",
            "org.postgresql..",
            "org.apache.commons.compress..",
            "org.tukaani.xz",
            "com.fasterxml.jackson.databind..",
            "com.google.protobuf",
            "com.google.rpc",
            "io.grpc..",
            "org.jspecify.annotations")
        .check(platform);
  }

  @Test
  void theFixtureIsUsedByTestsOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.connectome.platform")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.connectome.platform.fixture")
        .check(platform);
  }
}
