namespace ServerlessDrives.Embedded.Cloud;

/// <summary>The embedded cloud can't start or go on; the message is a sentence for the person at the console.</summary>
public sealed class EmbeddedCloudException : Exception
{
    public EmbeddedCloudException(string message) : base(message)
    {
    }

    public EmbeddedCloudException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
