package dev.connectome.controller.store;

import dev.connectome.stopping.EpochObservation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  /** Columns of so many series, whose names are the parameters name0, name1 and so on. */
  static String selected(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                ", %2$s <= series_distances AS distance%1$d, series_values[%2$s] AS value%1$d"
                    .formatted(i, "array_position(series_names, :name%d::text)".formatted(i)))
        .collect(Collectors.joining());
  }

  /** Reads the series that were selected; empty if the row's numbers are only in its record. */
  static Optional<EpochObservation> read(ResultSet row, List<String> names) throws SQLException {
    if (row.getBytes("record") != null) {
      return Optional.empty();
    }
    Map<String, Double> fromPrevious = new HashMap<>();
    Map<String, Double> others = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      double value = row.getDouble("value" + i);
      if (!row.wasNull()) {
        (row.getBoolean("distance" + i) ? fromPrevious : others).put(names.get(i), value);
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
