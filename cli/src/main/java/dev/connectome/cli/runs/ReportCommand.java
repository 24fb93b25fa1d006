package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.pages.RunReport;
import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes one HTML file that shows runs as the page does, without a platform and offline.",
      "Several runs are compared. A button saves each chart as a picture."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome report a --out a.html",
      "  connectome report $(connectome runs list --label sweep=7 -o name) --out sweep.html"
    })
public final class ReportCommand extends ControllerCommand {
  @Parameters(
      arity = "1.." + RunReport.MOST_RUNS,
      paramLabel = "RUN",
      description = "Names or uids of runs, at most " + RunReport.MOST_RUNS + ".")
  private List<String> runs;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "connectome-report.html",
      description = "The file, whose name ends in .html. Default: ${DEFAULT-VALUE}")
  private Path out;

  @Override
  int call(ConnectomeClient client, PrintWriter printed) {
    if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".html")) {
      throw CommandFailure.badInput(
          ("--out is %s: it must end in .html. A browser draws the charts; the report's PNG buttons"
                  + " save them as pictures")
              .formatted(out));
    }
    int bytes =
        RunReport.write(client, runs.stream().map(client::get).toList(), Instant.now(), out);
    printed.printf("report: %s (%d KiB)%n", out.toAbsolutePath().normalize(), bytes >> 10);
    return 0;
  }
}
