package dev.connectome.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses cli =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.connectome.cli");

  @Test
  void theCommandLineUsesLibrariesAndNoService() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.connectome..")
                .and(
                    not(
                        resideInAnyPackage(
                            "dev.connectome.cli..",
                            "dev.connectome.client..",
                            "dev.connectome.platform..",
                            "dev.connectome.topology..",
                            "dev.connectome.protos.."))))
        .check(cli);
  }

  @Test
  void onlyTheClientSpeaksGrpc() {
    noClasses().should().dependOnClassesThat().resideInAPackage("io.grpc..").check(cli);
  }

  @Test
  void packagesOfCommandsDependOnNoOneInCircles() {
    slices().matching("dev.connectome.cli.(*)..").should().beFreeOfCycles().check(cli);
  }

  @Test
  void onlyTheEntryPointKnowsTheCommands() {
    noClasses()
        .that()
        .resideInAPackage("dev.connectome.cli")
        .and()
        .doNotBelongToAnyOf(Main.class)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.connectome.cli.*..")
        .check(cli);
  }
}
