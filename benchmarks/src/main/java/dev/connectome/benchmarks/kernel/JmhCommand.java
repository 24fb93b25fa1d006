package dev.connectome.benchmarks.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code connectome bench jmh}. */
@Command(
    name = "jmh",
    description =
        "Runs the JMH benchmarks of the signature. All arguments after 'jmh' go to JMH: 'bench jmh"
            + " -h' prints its options, 'bench jmh -l' the benchmarks.")
public final class JmhCommand implements Callable<Integer> {
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
