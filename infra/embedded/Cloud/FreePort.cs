using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>TCP ports of the loopback address that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>As many different free ports as asked for.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
            {
                listener.Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }

    /// <summary>The preferred port if it is free, else any that is.</summary>
    public static int TakePreferably(int preferred)
    {
        if (preferred is <= 0 or > IPEndPoint.MaxPort)
        {
            return Take(1)[0];
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, preferred);
            listener.Start();
            return preferred;
        }
        catch (SocketException)
        {
            return Take(1)[0];
        }
    }
}
