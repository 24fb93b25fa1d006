package dev.connectome.controller;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which packages may use which. */
class ArchitectureTest {

  private static final String ROOT = "dev.connectome.controller.";

  private final JavaClasses service =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.controller");

  @Test
  void theStatesOfRunsDependOnTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + "run")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "run")
        .check(service);
  }

  @Test
  void filtersDependOnTheJdkAndTheStatesOfRunsOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + "filter")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", ROOT + "filter", ROOT + "run")
        .check(service);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.connectome.controller.(**)").should().beFreeOfCycles().check(service);
  }

  @Test
  void theStoreUsesNoMessages() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.connectome.protos..", "com.google.protobuf..", "io.grpc..")
        .check(service);
  }

  @Test
  void onlyTheStoreUsesTheDatabase() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "store", ROOT + "app")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jdbi..", "java.sql..", "javax.sql..")
        .check(service);
  }

  @Test
  void noSqlIsWrittenOutsideOfTheStore() throws IOException {
    Pattern sql = Pattern.compile("\\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \\w+ SET) ");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      assertThat(
              files
                  .filter(file -> file.toString().endsWith(".java"))
                  .filter(file -> !file.toString().contains("/controller/store/"))
                  .filter(file -> sql.matcher(text(file)).find()))
          .isEmpty();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onlyWiringAndApiUseQuarkus() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "app", ROOT + "api", ROOT + "settings")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..")
        .check(service);
  }

  @Test
  void ofTheProjectItUsesOnlyTheContractsAndTheLibrariesOfServices() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("dev.connectome..")
                .or(
                    resideInAnyPackage(
                        "dev.connectome.controller..",
                        "dev.connectome.protos..",
                        "dev.connectome.identity..",
                        "dev.connectome.stopping..")))
        .check(service);
  }
}
