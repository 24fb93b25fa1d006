package dev.connectome.controller.store;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** The database: transactions, and word of the runs that they have changed. */
public final class Store {

  private final Jdbi jdbi;
  private final List<Consumer<UUID>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> eventListeners = new CopyOnWriteArrayList<>();

  /**
   * Makes a store.
   *
   * @param dataSource a PostgreSQL database that has the schema
   */
  public Store(DataSource dataSource) {
    this.jdbi = Jdbi.create(dataSource).registerArgument(new StorableText());
  }

  /**
   * Runs a transaction. What it returns is returned once it is committed; if it throws, nothing has
   * happened.
   *
   * @param work what to do
   * @param <T> what it returns
   * @return what the work returns
   */
  public <T> T inTransaction(Function<Transaction, T> work) {
    var used = new Transaction[1];
    T result =
        jdbi.inTransaction(
            TransactionIsolationLevel.READ_COMMITTED,
            handle -> {
              used[0] = new Transaction(handle);
              return work.apply(used[0]);
            });
    used[0].changed().forEach(uid -> listeners.forEach(listener -> listener.accept(uid)));
    if (used[0].eventful()) {
      eventListeners.forEach(Runnable::run);
    }
    return result;
  }

  /**
   * Calls somebody after every transaction that changed a run, on the thread that ran it. Changes
   * by other controllers are not told.
   *
   * @param listener whom; must be quick
   */
  public void onChange(Consumer<UUID> listener) {
    listeners.add(listener);
  }

  /**
   * Calls somebody after every transaction with an event, on the thread that ran it: states and
   * stops change with events only. Events by other controllers are not told.
   *
   * @param listener whom; must be quick
   */
  public void onEvent(Runnable listener) {
    eventListeners.add(listener);
  }
}
