package dev.connectome.benchmarks.kernel;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From the activations of a snapshot to its distance from the previous one, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SignatureBenchmark {

  /** Samples × neurons. */
  @Param({"1000x192", "1000x384", "2000x1024", "2000x4096"})
  public String shape = "1000x192";

  private final SignatureWorkspace workspace = new SignatureWorkspace();
  private ActivationMatrix activations = ActivationMatrix.allocate(1, 2);
  private FunctionalConnectome connectome = PearsonCorrelation.connectome(activations, workspace);
  private TopologicalSignature previous = TopologicalSignature.of(connectome);

  /** Makes two snapshots whose neurons share three causes. */
  @Setup(Level.Trial)
  public void setUp() {
    String[] sizes = shape.split("x", 2);
    int samples = Integer.parseInt(sizes[0]);
    int neurons = Integer.parseInt(sizes[1]);
    activations.close();
    activations = Snapshots.random(samples, neurons, 1);
    connectome = PearsonCorrelation.connectome(activations, workspace);
    try (ActivationMatrix earlier = Snapshots.random(samples, neurons, 2)) {
      previous = TopologicalSignature.of(PearsonCorrelation.connectome(earlier, workspace));
    }
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    activations.close();
    workspace.close();
  }

  /** Correlation alone. */
  @Benchmark
  public FunctionalConnectome correlation() {
    return PearsonCorrelation.connectome(activations, workspace);
  }

  /** Spanning tree and sorted sets alone. */
  @Benchmark
  public TopologicalSignature birthAndDeathSets() {
    return TopologicalSignature.of(connectome);
  }

  /** All of it. */
  @Benchmark
  public SignatureDistance wholeSignature() {
    return SignatureDistance.between(
        TopologicalSignature.of(PearsonCorrelation.connectome(activations, workspace)), previous);
  }
}
