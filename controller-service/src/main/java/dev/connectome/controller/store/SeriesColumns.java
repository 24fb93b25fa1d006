package dev.connectome.controller.store;

import dev.connectome.stopping.EpochObservation;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a signature as columns.
 *
 * @param distances how many of the series, the first ones, measure a change since the previous
 *     epoch
 */
record SeriesColumns(
    @Nullable Integer previousEpoch, int distances, List<String> names, List<Double> values) {

  static SeriesColumns of(EpochObservation observation) {
    var names = new ArrayList<String>();
    var values = new ArrayList<Double>();
    for (Map<String, Double> series : List.of(observation.distances(), observation.values())) {
      new TreeMap<>(series)
          .forEach(
              (name, value) -> {
                names.add(name);
                values.add(value);
              });
    }
    OptionalInt previous = observation.previousEpoch();
    return new SeriesColumns(
        previous.isPresent() ? previous.getAsInt() : null,
        observation.distances().size(),
        names,
        values);
  }

  /** Reads the named series of a row; empty if its numbers are only in its record. */
  static Optional<EpochObservation> read(ResultSet row, Set<String> wanted) throws SQLException {
    @Nullable Array stored = row.getArray("series_names");
    if (stored == null) {
      return Optional.empty();
    }
    String[] names = (String[]) stored.getArray();
    Double[] values = (Double[]) row.getArray("series_values").getArray();
    int distances = row.getInt("series_distances");
    Map<String, Double> fromPrevious = new HashMap<>();
    Map<String, Double> others = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      if (wanted.contains(names[i])) {
        (i < distances ? fromPrevious : others).put(names[i], values[i]);
      }
    }
    int previous = row.getInt("previous_epoch");
    return Optional.of(
        new EpochObservation(
            row.getInt("attempt"),
            row.getInt("epoch"),
            row.wasNull() ? OptionalInt.empty() : OptionalInt.of(previous),
            fromPrevious,
            others));
  }
}
