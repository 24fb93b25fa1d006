package dev.connectome.cli.runs;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code connectome runs}. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    description = "Creates, shows and ends training runs.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CreateCommand.class,
      ListCommand.class,
      GetCommand.class,
      WatchCommand.class,
      LogsCommand.class,
      UpdateCommand.class,
      StopCommand.class,
      DeleteCommand.class,
      ResumeCommand.class,
      EventsCommand.class,
      SignaturesCommand.class,
      ReplayCommand.class,
      EnforcementCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome runs create --name a --hidden 128,64 --epochs 60",
      "  connectome runs create --name b --policy patience:monitor=trainLoss,patience=5 --wait",
      "  connectome runs list --state RUNNING",
      "  connectome runs list --filter 'lowest.trainLoss < 0.2' --sort lowest.trainLoss",
      "  connectome runs list --watch -o wide",
      "  connectome runs get a -o jsonpath=.decision.stopEpoch",
      "  connectome runs get a -o yaml > a.yaml; connectome runs create -f a.yaml --name c",
      "  connectome runs update a --enforce trial --epochs 80",
      "  connectome runs stop --runs label=sweep=7 --dry-run",
      "  connectome runs replay --policy diminishing:window=8 --runs state=stopped"
    })
public final class RunsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command.");
  }
}
