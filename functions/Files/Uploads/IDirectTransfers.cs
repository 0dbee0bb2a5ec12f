namespace ServerlessDrives.Files.Uploads;

/// <summary>Where presigned links lead to: what a page has to be let reach, so that a browser can move files without us.</summary>
public interface IDirectTransfers
{
    /// <summary>Sources as of a content security policy, such as <c>https://*.amazonaws.com</c>.</summary>
    IReadOnlyList<string> Sources { get; }
}
