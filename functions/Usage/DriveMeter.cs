namespace ServerlessDrives.Usage;

/// <summary>Counts what is asked of S3 for one drive. Cheap enough for every piece of a file.</summary>
public sealed class DriveMeter
{
    private readonly DriveMeters _meters;
    private readonly OrganizationId _organization;
    private readonly DriveId _drive;
    private readonly UsageChange _change;

    internal DriveMeter(DriveMeters meters, OrganizationId organization, DriveId drive, UsageChange change) =>
        (_meters, _organization, _drive, _change) = (meters, organization, drive, change);

    /// <summary>A request is made, be it a repetition.</summary>
    public void Ask(RequestKind kind)
    {
        Counter.Ask(kind, _change);
        UsageMeasures.Asked(kind, _meters.TagOf(_drive));
    }

    /// <param name="bytes">Of a request's body, which S3 has answered.</param>
    public void Send(long bytes)
    {
        if (bytes <= 0)
            return;
        Counter.Move(bytes, 0, _change);
        UsageMeasures.Sent(bytes, _meters.TagOf(_drive));
    }

    /// <param name="bytes">Of an answer's body, as they are read.</param>
    public void Receive(long bytes)
    {
        if (bytes <= 0)
            return;
        Counter.Move(0, bytes, _change);
        UsageMeasures.Received(bytes, _meters.TagOf(_drive));
    }

    /// <summary>Presigned links are handed out. What is moved by them is seen by S3 alone.</summary>
    public void Sign(int uploads, int downloads) => Counter.Sign(uploads, downloads);

    private UsageCounter Counter => _meters.CounterOf(_organization, _drive);
}
