package dev.connectome.benchmarks;

import dev.connectome.benchmarks.control.ControlCommand;
import dev.connectome.benchmarks.kernel.JmhCommand;
import dev.connectome.benchmarks.kernel.KernelCommand;
import dev.connectome.benchmarks.pipeline.PipelineCommand;
import dev.connectome.benchmarks.trainer.TrainerCommand;
import dev.connectome.cli.CommandExtension;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code connectome bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures the platform under load, and the computation of a signature.",
    subcommands = {
      PipelineCommand.class,
      ControlCommand.class,
      TrainerCommand.class,
      KernelCommand.class,
      JmhCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // Picocli sets the field.
public final class BenchCommand implements CommandExtension {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
