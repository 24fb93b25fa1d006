package dev.connectome.topology;

/** The minimum spanning tree of a snapshot's inputs: N - 1 pairs of inputs. Immutable. */
public final class SampleTree {

  private final int samples;
  private final int[] ends;

  /** Takes the array over: the two inputs of the first edge, those of the second, ... */
  SampleTree(int samples, int[] ends) {
    this.samples = samples;
    this.ends = ends;
  }

  /** N. */
  public int samples() {
    return samples;
  }

  /** The two inputs of the first edge, those of the second, and so on: 2(N - 1) values. */
  public int[] toArray() {
    return ends.clone();
  }

  /** How many of the edges are of one class. */
  long pairsOfOneClass(int[] classes) {
    long same = 0;
    for (int end = 0; end < ends.length; end += 2) {
      same += classes[ends[end]] == classes[ends[end + 1]] ? 1 : 0;
    }
    return same;
  }
}
