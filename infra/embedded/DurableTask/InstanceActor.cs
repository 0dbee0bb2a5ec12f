using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>One instance in memory. It looks at its mail in turns; each turn is one transaction, and only then has it happened.</summary>
internal sealed class InstanceActor(string id, HubSession session)
{
    private const int MostMailATurn = 200;
    private const int MostLettersATurn = 30;

    private static readonly TimeSpan BeforeAnotherTry = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Queue<Mail> _mail = new();
    private bool _isBusy;
    private bool _isClosed;
    private volatile Instance? _instance;

    public string Id => id;

    /// <summary>The instance as it was last stored; null where it isn't loaded, or doesn't exist.</summary>
    public InstanceState? Stored => _instance?.State;

    /// <returns>False where the actor is closed, and another takes its place.</returns>
    public bool TryPost(Mail mail)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _mail.Enqueue(mail);
            if (_isBusy)
                return true;
            _isBusy = true;
        }

        session.Rouse(this);
        // Whoever posts has a trace of their own, and the instance another.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(WorkAsync);
        return true;
    }

    /// <summary>Closes it if it has nothing to do.</summary>
    public bool TryClose()
    {
        lock (_gate)
            return _isClosed = _isClosed || !_isBusy;
    }

    /// <summary>Tells whoever waits that this session will not answer.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var request in _mail.OfType<Mail.Request>())
                request.Refuse(Lost());
            _mail.Clear();
        }
    }

    private static SessionLostException Lost() => new("The task hub's session is over.");

    private async Task WorkAsync()
    {
        var mail = new List<Mail>();
        while (TryTake(mail))
        {
            try
            {
                _instance ??= mail[0] is Mail.Start { IsNew: true } ? new Instance(id, session) : await Instance.LoadAsync(id, session);
                await LookAtAsync(_instance, mail);
            }
            catch (Exception over) when (over is SessionLostException || session.Stopping.IsCancellationRequested)
            {
                RefuseAll(mail, Lost());
                Abandon();
                return;
            }
#pragma warning disable CA1031 // One instance's trouble must not be another's.
            catch (Exception trouble)
#pragma warning restore CA1031
            {
                session.Logger.LogError(trouble, "Instance {Instance} could not take its turn; it will try again.", id);
                _instance = null;
                RefuseAll(mail, trouble);
                _ = TryAgainAsync([.. mail.Where(one => one is not Mail.Request)]);
            }
        }
    }

    private static void RefuseAll(List<Mail> mail, Exception reason)
    {
        foreach (var request in mail.OfType<Mail.Request>())
            request.Refuse(reason);
    }

    private async Task TryAgainAsync(List<Mail> mail)
    {
        await Task.Delay(BeforeAnotherTry, session.Parts.Clock, session.Stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        mail.ForEach(one => session.Post(id, one));
    }

    private bool TryTake(List<Mail> mail)
    {
        mail.Clear();
        lock (_gate)
        {
            while (mail.Count < MostMailATurn && _mail.TryDequeue(out var next))
                mail.Add(next);
            if (mail.Count > 0)
                return true;
            _isBusy = false;
        }

        if (_instance is { CanWait: true })
            session.Rest(this);
        else
            session.LetGo(this);
        return false;
    }

    /// <summary>Takes off the mail what it is done with.</summary>
    private async Task LookAtAsync(Instance instance, List<Mail> mail)
    {
        var turn = new Turn(instance, session);
        while (mail.Count > 0)
        {
            var together = Together(mail);
            if (together.Count > 0)
                await turn.TakeAsync(together);
            else
                await turn.ChangeAsync(mail[0]);
            var done = Math.Max(1, together.Count);
            foreach (var blob in mail.Take(done).OfType<Mail.Delivery>().Select(delivery => delivery.Blob).OfType<string>())
                session.Bin.Discard(blob);
            mail.RemoveRange(0, done);
        }
    }

    /// <summary>The mail up to what is to be looked at by itself, and not more letters than fit into one transaction.</summary>
    private static List<Mail> Together(List<Mail> mail)
    {
        var letters = 0;
        return mail.TakeWhile(one => !ChangesTheWhole(one) && (one is not Mail.Delivery || ++letters <= MostLettersATurn)).ToList();

        static bool ChangesTheWhole(Mail mail) => mail is Mail.Start or Mail.Terminate or Mail.Purge or Mail.Delivery { Letter: StartChild or EndChild };
    }
}
