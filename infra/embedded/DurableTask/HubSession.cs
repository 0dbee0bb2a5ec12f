using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>What the engine is made of; the same for all its sessions.</summary>
internal sealed record EngineParts(
    HubStorage Storage,
    IDurableTaskFunctions Functions,
    DataConverter Converter,
    TimeProvider Clock,
    ILoggerFactory Loggers,
    Watchers Watchers,
    DurableEngineOptions Options);

/// <summary>
/// The ownership of a task hub, from the moment that it is taken until another takes it: its instances in memory, its timers,
/// its activities, and the one journal that may write. Whoever comes later wins; whoever was there before can't write any more.
/// </summary>
internal sealed class HubSession : IAsyncDisposable
{
    private static readonly TimeSpan Horizon = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForStopping = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping;
    private readonly ConcurrentDictionary<string, InstanceActor> _actors = new();
    private readonly IdleActors _idle;
    private readonly long _epoch;
    private readonly Journal _journal;
    private readonly ActivityPool _activities;
    private readonly Alarm _alarm;
    private readonly Bin _bin;
    private long _order;

    private HubSession(EngineParts parts, long epoch, ETag laneTag, CancellationToken stopping)
    {
        Parts = parts;
        Logger = parts.Loggers.CreateLogger("DurableTask");
        _epoch = epoch;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Stopping = _stopping.Token;
        _journal = new Journal(parts.Storage, epoch, laneTag, Logger);
        _activities = new ActivityPool(this);
        _alarm = new Alarm(parts.Clock, id => Post(id, new Mail.Wake()));
        _bin = new Bin(parts.Storage, Logger);
        _idle = new IdleActors(parts.Options.LiveInstances);
    }

    public EngineParts Parts { get; }

    public ILogger Logger { get; }

    public ActivityPool Activities => _activities;

    public Bin Bin => _bin;

    public CancellationToken Stopping { get; }

    /// <summary>Takes the hub from whoever has it.</summary>
    public static async Task<HubSession> OpenAsync(EngineParts parts, CancellationToken stopping)
    {
        for (var attempt = 0; ; attempt++)
        {
            await parts.Storage.CreateAsync(stopping);
            var hub = await parts.Storage.ReadAsync(Keys.Hub, stopping);
            var last = hub?.GetInt64("Epoch") ?? 0;
            var epoch = last + 1;
            var owner = new TableEntity(Keys.Partition, Keys.Hub) { ["Epoch"] = epoch };
            var lane = new TableEntity(Keys.Partition, Keys.Lane(epoch));
            List<TableTransactionAction> rows =
            [
                hub is null ? new(TableTransactionActionType.Add, owner) : new(TableTransactionActionType.UpdateReplace, owner, hub.ETag),
                new(TableTransactionActionType.Add, lane),
            ];
            if (hub is not null)
                rows.Add(new(TableTransactionActionType.Delete, new TableEntity(Keys.Partition, Keys.Lane(last)), ETag.All));
            try
            {
                var taken = await parts.Storage.Table.SubmitTransactionAsync(rows, stopping);
                return new HubSession(parts, epoch, taken.Value[1].Headers.ETag ?? throw new InvalidOperationException("Storage gave no ETag."), stopping);
            }
            catch (RequestFailedException raced) when (raced.Status is 404 or 409 or 412)
            {
                // Another was faster, or our own first attempt was: both show at the next reading.
                await parts.Storage.PauseAsync(attempt, stopping);
            }
            catch (Exception trouble) when (Trouble.IsPassing(trouble, stopping))
            {
                await parts.Storage.PauseAsync(attempt, trouble, stopping);
            }
        }
    }

    /// <summary>Works until stopped.</summary>
    /// <param name="open">Called when clients may come: behind the letters that were there before.</param>
    /// <exception cref="SessionLostException">The hub has another owner, or its storage went back in time.</exception>
    public async Task RunAsync(Action open)
    {
        Task[] work =
        [
            _journal.RunAsync(Stopping),
            _activities.RunAsync(Stopping),
            _alarm.RunAsync(Stopping),
            _bin.RunAsync(Stopping),
            ServeAsync(open, Stopping),
        ];
        try
        {
            await await Task.WhenAny(work);
        }
        finally
        {
            await _stopping.CancelAsync();
            // Code that doesn't heed its token is left behind; what it still returns is not stored.
            await Task.WhenAny(Task.WhenAll(work), Task.Delay(ForStopping, CancellationToken.None));
        }
    }

    /// <summary>Whether the hub was taken by another, rather than lost with its storage.</summary>
    public async Task<bool> HasSuccessorAsync(CancellationToken cancellation)
    {
        var hub = await Parts.Storage.ReadAsync(Keys.Hub, cancellation);
        return hub?.GetInt64("Epoch") > _epoch;
    }

    /// <summary>Hands something to an instance; it is loaded if need be.</summary>
    public void Post(string id, Mail mail)
    {
        while (!_actors.GetOrAdd(id, static (id, session) => new InstanceActor(id, session), this).TryPost(mail))
        {
            if (Stopping.IsCancellationRequested)
            {
                (mail as Mail.Request)?.Refuse(new SessionLostException("The task hub's session is over."));
                return;
            }

            Thread.Yield();
        }
    }

    /// <summary>An instance as it was last stored, where it is in memory.</summary>
    public InstanceState? InMemory(string id) => Stopping.IsCancellationRequested || !_actors.TryGetValue(id, out var actor) ? null : actor.Stored;

    public Task CommitAsync(IReadOnlyList<TableTransactionAction> rows) => _journal.CommitAsync(rows);

    /// <summary>Has the instance woken at that time, if it is soon; if not, the next look ahead finds its row.</summary>
    public void WakeAt(DateTime due, string id)
    {
        if (due - Parts.Clock.GetUtcNow().UtcDateTime < Horizon)
            _alarm.Set(due, id);
    }

    /// <summary>A name that sorts behind all before it.</summary>
    public string NextOrder() => string.Create(CultureInfo.InvariantCulture, $"{_epoch:D10}{Interlocked.Increment(ref _order):D12}");

    /// <summary>The name of a blob for something large of an instance.</summary>
    public string NewBlob(string id) => $"{Keys.Escape(id)}/{NextOrder()}";

    /// <summary>An instance has nothing to do; if too many are kept, the one that has been idle longest is let go.</summary>
    public void Rest(InstanceActor actor)
    {
        if (_idle.Add(actor) is { } oldest)
            LetGo(oldest);
    }

    public void Rouse(InstanceActor actor) => _idle.Remove(actor);

    public void LetGo(InstanceActor actor)
    {
        if (actor.TryClose())
            _actors.TryRemove(new KeyValuePair<string, InstanceActor>(actor.Id, actor));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var actor in _actors.Values)
            actor.Abandon();
    }

    private async Task ServeAsync(Action open, CancellationToken cancellation)
    {
        await DeliverOldLettersAsync(cancellation);
        open();
        await foreach (var row in Parts.Storage.RangeAsync("r|", "r|" + Keys.End, cancellation))
            Post(row.GetString("Id"), new Mail.Wake());
        _ = new OrphanedBlobs(Parts.Storage, _epoch, Logger).DiscardAsync(_bin, cancellation);
        await LookAheadAsync(cancellation);
    }

    /// <summary>Takes up the letters that the last owner left; nobody has written others yet, so that none overtakes them.</summary>
    private async Task DeliverOldLettersAsync(CancellationToken cancellation)
    {
        var letters = new List<Mail.Delivery>();
        var blobs = new HashSet<string>();
        await foreach (var row in Parts.Storage.RangeAsync("i|", "i|" + Keys.End, cancellation))
        {
            var blob = row.GetString("Blob");
            if (blob is not null)
                blobs.Add(blob);
            letters.Add(new Mail.Delivery(Json.FromLines<Letter>(await Parts.Storage.GetAsync(row, cancellation))[0], row.RowKey, blob));
        }

        await foreach (var row in Parts.Storage.RangeAsync("o|", "o|" + Keys.End, cancellation))
        {
            if (row.GetString("Blob") is { } blob)
                blobs.Add(blob);
            await new Outbox(this, letters.Add).SpreadAsync(row, Json.FromLines<Letter>(await Parts.Storage.GetAsync(row, cancellation)), cancellation);
        }

        blobs.UnionWith(letters.Select(letter => letter.Blob).OfType<string>());
        foreach (var letter in letters)
            Post(letter.Letter.To, letter);
        foreach (var opened in (await Parts.Storage.BlobsAsync(Outbox.Blobs, cancellation)).Where(blob => !blobs.Contains(blob)))
            _bin.Discard(opened);
    }

    /// <summary>Keeps the timers of the near future in memory, and notices a new owner even when there is nothing to write.</summary>
    private async Task LookAheadAsync(CancellationToken cancellation)
    {
        var seen = DateTime.MinValue;
        while (true)
        {
            var now = Parts.Clock.GetUtcNow().UtcDateTime;
            if (seen - now < Horizon / 2)
            {
                var until = now + Horizon;
                await foreach (var row in Parts.Storage.RangeAsync("t|", Keys.DueAt(until), cancellation))
                    _alarm.Set(new DateTime(row.GetInt64("Due")!.Value, DateTimeKind.Utc), row.GetString("Id"));
                seen = until;
            }

            await Task.Delay(Pulse, Parts.Clock, cancellation);
            if (await Parts.Storage.ReadAsync(Keys.Lane(_epoch), cancellation) is null)
                throw new SessionLostException("The task hub has another owner.");
        }
    }
}
