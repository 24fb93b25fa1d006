package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.platform.MachineCheck.Finding;
import dev.connectome.platform.MachineCheck.Verdict;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineCheckTest {

  private static Finding of(String subject, Path folder, Map<String, String> environment)
      throws Exception {
    return MachineCheck.run(folder, environment).stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aVersionOfPyTorchWithoutItsLibraryIsWarnedOf(@TempDir Path folder) throws Exception {
    Map<String, String> image = Map.of("PYTORCH_VERSION", "2.1.0a0");

    assertThat(of("engine", folder, image).verdict()).isEqualTo(Verdict.WARNING);
    assertThat(of("engine", folder, image).says()).contains("PYTORCH_VERSION is set without");
    assertThat(
            of(
                    "engine",
                    folder,
                    Map.of("PYTORCH_VERSION", "2.7.1", "PYTORCH_LIBRARY_PATH", "/opt/torch"))
                .verdict())
        .isEqualTo(Verdict.OK);
    assertThat(of("engine", folder, Map.of()).says()).endsWith("none");
  }

  @Test
  void aFolderIsTriedWhereItIsOrWouldBe(@TempDir Path folder) throws Exception {
    assertThat(of("folder", folder.resolve("not/yet"), Map.of()))
        .isEqualTo(
            new Finding("folder", Verdict.OK, folder + " can be written, and programs in it run"));
    assertThat(of("folder", Path.of("/proc/none"), Map.of()).verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  void theUserThatRunsTheTestsMayRunPostgres(@TempDir Path folder) throws Exception {
    assertThat(of("user", folder, Map.of()).verdict()).isEqualTo(Verdict.OK);
  }
}
