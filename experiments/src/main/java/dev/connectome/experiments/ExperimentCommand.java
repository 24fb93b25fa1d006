package dev.connectome.experiments;

import dev.connectome.cli.CommandExtension;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code connectome experiment}. */
@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    description = "Compares stopping rules on trainings that run to their full length.",
    subcommands = {
      PaperCommand.class,
      ArchitectureCommand.class,
      RandomCommand.class,
      ShowCommand.class,
      ChooseCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class ExperimentCommand implements CommandExtension {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
