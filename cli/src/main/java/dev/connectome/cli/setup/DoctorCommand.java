package dev.connectome.cli.setup;

import dev.connectome.cli.Printable;
import dev.connectome.cli.StateDirectory;
import dev.connectome.cli.report.Table;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.MachineCheck;
import dev.connectome.platform.MachineCheck.Finding;
import dev.connectome.platform.MachineCheck.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at this machine for what would keep a platform from running, and says what to do.",
      "Starts nothing. The exit code is 1 if a platform would not run."
    })
public final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = StateDirectory.DEFAULT,
      description = "Where the platform keeps or would keep its state. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Finding> findings = MachineCheck.run(stateDir, System.getenv());
    Table table = new Table("", "CHECK", "FOUND");
    for (Finding finding : findings) {
      table.row(
          finding.verdict().name().toLowerCase(Locale.ROOT),
          finding.subject(),
          Printable.text(finding.says()));
    }
    table.row(
        "ok",
        "platform",
        Endpoints.findRunning(stateDir)
            .map(found -> "one is up: " + found.controller().http())
            .orElse("none is up on " + stateDir));
    table.lines().forEach(spec.commandLine().getOut()::println);
    spec.commandLine().getOut().flush();
    return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAILED) ? 1 : 0;
  }
}
