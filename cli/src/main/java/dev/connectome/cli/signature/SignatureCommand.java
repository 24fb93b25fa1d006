package dev.connectome.cli.signature;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.IoMessages;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code connectome signature}. */
@Command(
    name = "signature",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Computes the topological signature of the activations in each .npy file, and the distances to"
          + " the file before.",
      "A file holds one snapshot: float32 or float64, a row per sample, a column per neuron."
    })
public final class SignatureCommand implements Callable<Integer> {
  private static final long PROGRESS_INTERVAL_NANOS = 2_000_000_000L;

  enum Format {
    TABLE,
    JSON,
    CSV
  }

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Snapshots, oldest first.")
  private List<Path> files;

  @Option(names = "--previous", paramLabel = "FILE", description = "The snapshot before the first.")
  private @Nullable Path previous;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Write births.npy, deaths.npy and connectome.npy of each file into DIR/<name of the"
              + " file>.")
  private @Nullable Path out;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, json (with the quantiles) or csv. Default: ${DEFAULT-VALUE}")
  private Format format;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Plot the distances and the quantiles of the sets over time to FILE.svg or FILE.png.")
  private @Nullable Path plot;

  @Spec private CommandSpec spec;

  private record Snapshot(FunctionalConnectome connectome, TopologicalSignature signature) {
    void close() {
      connectome.close();
      signature.close();
    }
  }

  @Override
  public Integer call() throws JsonProcessingException {
    requireDistinctNames();
    ChartStack.Type plotType = plot == null ? null : plotType(plot);
    List<SnapshotReport> reports = new ArrayList<>();
    try (SignatureWorkspace workspace = new SignatureWorkspace()) {
      Snapshot before = null;
      if (previous != null) {
        try (ActivationMatrix activations = NpyFiles.read(previous)) {
          before = compute(previous, activations, workspace);
        }
      }
      long lastProgress = System.nanoTime();
      for (Path file : files) {
        try (ActivationMatrix activations = NpyFiles.read(file)) {
          Snapshot snapshot = compute(file, activations, workspace);
          reports.add(report(file, activations.samples(), snapshot, before));
          write(file, snapshot);
          if (before != null) {
            before.close();
          }
          before = snapshot;
        }
        if (System.nanoTime() - lastProgress > PROGRESS_INTERVAL_NANOS
            && reports.size() < files.size()) {
          PrintWriter err = spec.commandLine().getErr();
          err.printf("%d of %d files%n", reports.size(), files.size());
          err.flush();
          lastProgress = System.nanoTime();
        }
      }
    }
    if (plot != null && plotType != null) {
      draw(reports, plot, plotType);
    }
    print(reports);
    return 0;
  }

  private static ChartStack.Type plotType(Path file) {
    ChartStack.Type type = ChartStack.Type.of(file);
    if (type == null) {
      throw CommandFailure.badInput("--plot %s: the name must end in .svg or .png".formatted(file));
    }
    return type;
  }

  private static void draw(List<SnapshotReport> reports, Path file, ChartStack.Type type) {
    try {
      SignaturePicture.of(reports).write(file, type);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + IoMessages.of(e));
    } catch (LinkageError | InternalError e) {
      throw CommandFailure.failed(
          "this Java cannot draw text (%s): install fontconfig and a font"
              .formatted(e.getMessage()));
    }
  }

  private void requireDistinctNames() {
    Set<Path> names = new HashSet<>();
    for (Path file : files) {
      if (out != null && !names.add(directory(out, file))) {
        throw CommandFailure.badInput(
            "the sets of %s and of another file would both be written to %s: rename one of the files"
                .formatted(file, directory(out, file)));
      }
    }
  }

  private static Snapshot compute(
      Path file, ActivationMatrix activations, SignatureWorkspace workspace) {
    try {
      FunctionalConnectome connectome = PearsonCorrelation.connectome(activations, workspace);
      return new Snapshot(connectome, TopologicalSignature.of(connectome, workspace));
    } catch (NonFiniteActivationException e) {
      throw NpyHeader.malformed(
          file,
          "has a value in row %d, column %d (from 0) that is not a finite float32: fix or leave out the snapshot"
              .formatted(e.sample(), e.neuron()));
    }
  }

  private static SnapshotReport report(
      Path file, int samples, Snapshot snapshot, @Nullable Snapshot before) {
    TopologicalSignature signature = snapshot.signature;
    return new SnapshotReport(
        file.toString(),
        samples,
        signature.neurons(),
        SnapshotReport.Levels.of(signature.birthCount(), signature.birthLevels()),
        SnapshotReport.Levels.of(signature.deathCount(), signature.deathLevels()),
        before == null ? null : distance(snapshot, before));
  }

  private static SnapshotReport.Distance distance(Snapshot snapshot, Snapshot before) {
    SignatureDistance distance = SignatureDistance.between(snapshot.signature, before.signature);
    return new SnapshotReport.Distance(
        distance,
        distance.byQuantiles()
            ? null
            : ConnectomeDistance.between(snapshot.connectome, before.connectome));
  }

  private static Path directory(Path parent, Path file) {
    return parent.resolve(
        file.toAbsolutePath().getFileName().toString().replaceFirst("\\.npy$", ""));
  }

  private void write(Path file, Snapshot snapshot) {
    if (out == null) {
      return;
    }
    Path directory = directory(out, file);
    try {
      Files.createDirectories(directory);
      NpyFiles.write(directory.resolve("births.npy"), snapshot.signature.births());
      NpyFiles.write(directory.resolve("deaths.npy"), snapshot.signature.deaths());
      NpyFiles.write(directory.resolve("connectome.npy"), snapshot.connectome);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write to " + directory + ": " + IoMessages.of(e));
    }
  }

  private void print(List<SnapshotReport> reports) throws JsonProcessingException {
    PrintWriter printer = spec.commandLine().getOut();
    switch (format) {
      case TABLE -> SignatureTable.table(reports).forEach(printer::println);
      case CSV -> SignatureTable.csv(reports).forEach(printer::println);
      case JSON ->
          printer.println(
              new ObjectMapper()
                  .enable(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(reports));
    }
    printer.flush();
  }
}
