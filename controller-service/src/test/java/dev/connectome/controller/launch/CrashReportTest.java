package dev.connectome.controller.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashReportTest {

  @TempDir Path directory;

  /** From a virtual machine that crashes. */
  @Test
  void aCrashOfNativeCodeIsToldWithItsReport() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + directory.resolve("hs_err_trainer.log"),
                "-cp",
                System.getProperty("java.class.path"),
                Sleeper.class.getName())
            .redirectErrorStream(true)
            .start();
    assertThat(java.getInputStream().read()).isEqualTo('.');
    new ProcessBuilder("kill", "-SEGV", Long.toString(java.pid())).start().waitFor();
    String log = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor()).as(log).isNotZero();
    CrashReport report = CrashReport.find(log).orElseThrow();
    assertThat(report.cause()).isEqualTo("SIGSEGV");
    assertThat(report.file()).isEqualTo(directory.resolve("hs_err_trainer.log").toString());
    assertThat(report.description()).contains("crashed (SIGSEGV in ", "; the report is /");
  }

  @Test
  void aLackOfNativeMemoryIsToldToo() {
    String log =
        """
        #
        # There is insufficient memory for the Java Runtime Environment to continue.
        # Native memory allocation (mmap) failed to map 65536 bytes for committing reserved memory.
        # An error report file with more information is saved as:
        # /runs/hs_err_pid7.log
        """;
    assertThat(CrashReport.find(log))
        .contains(
            new CrashReport(
                "Native memory allocation (mmap) failed to map 65536 bytes for committing reserved memory.",
                "",
                "/runs/hs_err_pid7.log"));
  }

  @Test
  void otherLogsHaveNone() {
    assertThat(CrashReport.find("# comment\ntraining failed\n")).isEqualTo(Optional.empty());
  }

  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException {
      System.out.print('.');
      System.out.flush();
      Thread.sleep(600_000);
    }
  }
}
