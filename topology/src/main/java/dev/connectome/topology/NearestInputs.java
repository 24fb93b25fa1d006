package dev.connectome.topology;

import java.util.Arrays;

/**
 * The nearest others of every input. A first pass over the distances of single precision finds how
 * far the k-th nearest of each input is; a second collects the inputs that are nearer or whose
 * order that precision leaves open; those are put in order by their distances in double precision.
 */
final class NearestInputs {

  private final LayerPoints points;
  private final float[] nearness;
  private final int k;
  private final int samples;

  /** Row by row the k greatest values of nearness so far, descending. */
  private final float[] greatest;

  private NearestInputs(LayerPoints points, float[] nearness, int k) {
    this.points = points;
    this.nearness = nearness;
    this.k = k;
    this.samples = points.samples();
    this.greatest = new float[samples * k];
  }

  /** The k nearest others of each input; k is less than the number of inputs. */
  static NeighbourTable table(LayerPoints points, float[] nearness, double margin, int k) {
    return k == 0
        ? NeighbourTable.of(points.samples(), 0, new int[0])
        : new NearestInputs(points, nearness, k).table(margin);
  }

  private NeighbourTable table(double margin) {
    Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
    int next = 0;
    for (int i = 0; i < samples; i++) {
      for (int j = i + 1; j < samples; j++) {
        float near = nearness[next++];
        offer(i, near);
        offer(j, near);
      }
    }
    var limits = new float[samples];
    for (int i = 0; i < samples; i++) {
      limits[i] = Math.nextDown((float) (greatest[i * k + k - 1] - 2 * margin));
    }
    return ordered(candidates(limits));
  }

  private void offer(int input, float near) {
    int last = input * k + k - 1;
    if (near <= greatest[last]) {
      return;
    }
    int place = last;
    while (place > input * k && greatest[place - 1] < near) {
      greatest[place] = greatest[place - 1];
      place--;
    }
    greatest[place] = near;
  }

  private IntLists candidates(float[] limits) {
    var candidates = new IntLists(samples, 2 * k);
    int next = 0;
    for (int i = 0; i < samples; i++) {
      float limit = limits[i];
      for (int j = i + 1; j < samples; j++) {
        float near = nearness[next++];
        if (near >= limit) {
          candidates.add(i, j);
        }
        if (near >= limits[j]) {
          candidates.add(j, i);
        }
      }
    }
    return candidates;
  }

  private NeighbourTable ordered(IntLists candidates) {
    int[] groups = points.groups();
    var distances = new double[samples];
    var computedFor = new int[samples];
    Arrays.fill(computedFor, -1);
    var table = new int[samples * k];
    var nearest = new double[k];
    for (int i = 0; i < samples; i++) {
      Arrays.fill(nearest, Double.POSITIVE_INFINITY);
      // In ascending order of the inputs: of equal distances the first stays in front.
      for (int c = 0; c < candidates.size(i); c++) {
        int j = candidates.get(i, c);
        int group = groups[j];
        if (computedFor[group] != i) {
          computedFor[group] = i;
          distances[group] = points.squaredDistance(i, j);
        }
        insert(distances[group], j, nearest, table, i * k);
      }
    }
    return NeighbourTable.of(samples, k, table);
  }

  private void insert(double distance, int input, double[] nearest, int[] table, int begin) {
    if (distance >= nearest[k - 1]) {
      return;
    }
    int place = k - 1;
    while (place > 0 && nearest[place - 1] > distance) {
      nearest[place] = nearest[place - 1];
      table[begin + place] = table[begin + place - 1];
      place--;
    }
    nearest[place] = distance;
    table[begin + place] = input;
  }
}
