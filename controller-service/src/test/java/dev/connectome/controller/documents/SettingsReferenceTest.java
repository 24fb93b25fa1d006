package dev.connectome.controller.documents;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsReferenceTest {

  private static final Path ROOT = Path.of("..");

  @Test
  void theReferenceSaysWhatTheSettingsOfTheServicesAndTheTrainerAre() throws Exception {
    GeneratedParts.check(
        "configuration.md",
        Map.of(
            "controller",
            SettingsReference.of(ROOT.resolve("controller-service"), "ControllerSettings"),
            "connectome service",
            SettingsReference.of(ROOT.resolve("connectome-service"), "ConnectomeSettings"),
            "trainer",
            OptionsReference.of(
                ROOT.resolve(
                    "trainer-service/src/main/java/dev/connectome/trainer/service/Main.java"))));
  }
}
