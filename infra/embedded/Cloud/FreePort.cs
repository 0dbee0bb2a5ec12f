using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>TCP ports of the loopback address that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>What to do about a port that somebody else has.</summary>
    public const string ChooseAnother = "Choose another port with --port or PORT; 0 picks a free one.";

    /// <summary>Below what Linux gives to outgoing connections: a port from there may be taken by one between our asking and our listening.</summary>
    private const int Ephemeral = 32768;
    private const int Lowest = 15000;

    /// <summary>As many different free ports as asked for.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(Lowest, Ephemeral));
                try
                {
                    listener.Start();
                    listeners.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose();
                }
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

    /// <exception cref="StartRefusedException">Somebody listens on the port.</exception>
    public static void Require(int port)
    {
        if (WhyNot(port) is SocketError.AddressAlreadyInUse)
            throw new StartRefusedException($"http://127.0.0.1:{port}: address already in use. {ChooseAnother}");
    }

    /// <summary>The preferred port if it is free, else any that is.</summary>
    public static int TakePreferably(int preferred) =>
        preferred is > 0 and <= IPEndPoint.MaxPort && WhyNot(preferred) is null ? preferred : Take(1)[0];

    /// <returns>Null for a port that can be listened on.</returns>
    private static SocketError? WhyNot(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException taken)
        {
            return taken.SocketErrorCode;
        }
    }
}
