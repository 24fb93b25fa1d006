package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a command ends that has reason to and does not notice by itself. */
class ProcessEndTest {

  private static final long LONG_SECONDS = 60;

  private static List<String> java(Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName());
  }

  @Test
  void aSecondSignalEndsACommandThatComputes() throws Exception {
    Process computing = new ProcessBuilder(java(Computing.class)).start();
    assertThat(computing.getInputStream().read()).isEqualTo('s');

    // A process itself closes its streams.
    computing.toHandle().destroy();
    assertThat(computing.getInputStream().read()).isEqualTo('1');
    computing.toHandle().destroy();

    assertThat(computing.waitFor(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(computing.exitValue()).isEqualTo(143);
  }

  @Test
  void aCommandWhoseReaderIsGoneEnds() throws Exception {
    Process printing = new ProcessBuilder(java(Printing.class)).start();
    assertThat(printing.getInputStream().read()).isEqualTo('l');

    printing.getInputStream().close();

    assertThat(printing.waitFor(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(printing.exitValue()).isEqualTo(141);
  }

  static final class Computing {
    private Computing() {}

    public static void main(String[] arguments) {
      Interruption interruption = Interruption.ofThisThread();
      System.out.print("s");
      System.out.flush();
      boolean told = false;
      while (true) {
        if (interruption.requested() && !told) {
          System.out.print("1");
          System.out.flush();
          told = true;
        }
        Thread.onSpinWait();
      }
    }
  }

  static final class Printing {
    private Printing() {}

    public static void main(String[] arguments) {
      StandardOutput.install();
      while (true) {
        System.out.println("line");
      }
    }
  }
}
