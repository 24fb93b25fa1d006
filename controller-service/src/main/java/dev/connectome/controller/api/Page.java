package dev.connectome.controller.api;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills pages. A page ends at so many items or at 2 MiB, half of what gRPC clients accept by
 * default; rows are read in parts, so that no page needs more memory than one of 100 rows.
 */
final class Page {

  private static final int PART = 100;
  private static final int MOST_BYTES = 2 << 20;

  private Page() {}

  /**
   * Fills a page.
   *
   * @param read reads up to so many rows behind one, from the beginning behind null
   * @param items the items of rows, one each and in their order
   * @param add adds an item to the page
   * @return the last row of the page; empty if no row follows it
   */
  static <R, M extends Message> Optional<R> fill(
      int size,
      BiFunction<@Nullable R, Integer, List<R>> read,
      Function<List<R>, List<M>> items,
      java.util.function.Consumer<M> add) {
    @Nullable R last = null;
    int count = 0;
    long bytes = 0;
    while (true) {
      int wanted = Math.min(PART, size - count);
      List<R> rows = read.apply(last, wanted + 1);
      List<M> messages = items.apply(rows.subList(0, Math.min(wanted, rows.size())));
      for (int i = 0; i < messages.size(); i++) {
        bytes += messages.get(i).getSerializedSize();
        if (count > 0 && bytes > MOST_BYTES) {
          return Optional.ofNullable(last);
        }
        add.accept(messages.get(i));
        last = rows.get(i);
        count++;
      }
      if (rows.size() <= wanted) {
        return Optional.empty();
      }
      if (count == size) {
        return Optional.ofNullable(last);
      }
    }
  }
}
