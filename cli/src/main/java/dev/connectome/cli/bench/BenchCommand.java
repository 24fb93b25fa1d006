package dev.connectome.cli.bench;

import dev.connectome.cli.bench.control.ControlCommand;
import dev.connectome.cli.bench.pipeline.PipelineCommand;
import dev.connectome.cli.bench.trainer.TrainerCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code connectome bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Puts a platform under load and measures it.",
    subcommands = {PipelineCommand.class, ControlCommand.class, TrainerCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Made by the command-line parser, which sets the field. */
  @SuppressWarnings("NullAway.Init")
  public BenchCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
