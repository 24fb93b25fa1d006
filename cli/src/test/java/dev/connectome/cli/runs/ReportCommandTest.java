package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.connectome.cli.Main;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report as a browser shows it that opens the file. */
class ReportCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();
  private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController();
    controller.put(run("settled"));
    controller.put(run("other").putLabels("sweep", "</script><script>alert(1)</script>"));
  }

  private static TrainingRun.Builder run(String name) {
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .setName("runs/" + name)
            .setUid("uid-" + name)
            .setState(RunState.RUN_STATE_STOPPED)
            .setCreateTime(Timestamps.fromSeconds(1_767_225_600))
            .putLowest("trainLoss", 0.005)
            .putLowest("connectomeDistance", 0.005);
    run.getSpecBuilder().setEpochs(60);
    run.getOutcomeBuilder().setFinalEpoch(29).putMetrics("testAccuracy", 0.93);
    run.getDecisionBuilder()
        .setPolicyId("settling")
        .setStopEpoch(28)
        .setMessage("the connectome has settled");
    return run;
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private int report(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err))
        .execute(
            Stream.of(
                    Stream.of("report"),
                    Stream.of(arguments),
                    Stream.of("--endpoint", controller.endpoint()))
                .flatMap(each -> each)
                .toArray(String[]::new));
  }

  @Test
  void oneRunIsShownWithItsDecisionItsChartsAndItsEvents() throws Exception {
    Path file = folder.resolve("a.html");
    assertThat(report("settled", "--out", file.toString())).isZero();

    String shown = shown(file, "");

    assertThat(shown)
        .contains("Stopped by its policy", "the connectome has settled", "31 epochs, 52 %")
        .contains("&lt;b&gt;hers&lt;/b&gt;")
        .contains("connectomeDistance from 0.3333 to 0.005556")
        .contains("<canvas");
  }

  @Test
  void severalRunsAreComparedAndEachCanBeOpened() throws Exception {
    Path file = folder.resolve("two.html");
    assertThat(report("settled", "other", "--out", file.toString())).isZero();

    assertThat(shown(file, "")).contains("2 runs compared", "What differs", "labels.sweep");
    assertThat(shown(file, "?view=run&run=other&tab=levels"))
        .contains("Stopped by its policy", "class=\"levels\"", "href=\"?\">Runs");
  }

  @Test
  void aReportOfLongRunsIsThinnedUntilItIsSmall() throws Exception {
    controller.epochs = 20_000;
    Path file = folder.resolve("long.html");

    assertThat(report("settled", "other", "--out", file.toString())).isZero();

    assertThat(Files.size(file)).isBetween(300_000L, (1L << 20) - 1);
  }

  @Test
  void aPictureCannotBeMadeWithoutABrowserAndThatIsSaid() {
    assertThat(report("settled", "--out", "a.png")).isEqualTo(2);

    assertThat(err.toString()).contains("--out is a.png: it must end in .html");
  }

  @Test
  void aRunThatIsNotThereIsNamed() {
    assertThat(report("gone", "--out", folder.resolve("a.html").toString())).isEqualTo(2);

    assertThat(err.toString()).contains("there is no run runs/gone");
  }

  /** What the file has become once its scripts have run; nothing may be said on the console. */
  private String shown(Path file, String address) throws Exception {
    Optional<Path> chromium = chromium();
    Assumptions.assumeTrue(
        chromium.isPresent(), "reports are not opened: there is no chromium on the PATH");
    Path log = folder.resolve("console");
    Process browser =
        new ProcessBuilder(
                chromium.get().toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--virtual-time-budget=20000",
                "--dump-dom",
                file.toUri() + address)
            .redirectError(log.toFile())
            .start();
    String shown = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    browser.waitFor();
    assertThat(Files.readString(log)).doesNotContain("CONSOLE");
    return shown;
  }

  private static Optional<Path> chromium() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            place ->
                List.of("chromium", "chromium-browser", "google-chrome").stream()
                    .map(name -> Path.of(place, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
