metadata description = 'Private networking: the app in one subnet, the endpoints of storage, vault and scheduler in another.'

param location string
param token string
param tags object

var abbreviations = loadJsonContent('../abbreviations.json')

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: '${abbreviations.networkVirtualNetworks}drives-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.40.0.0/22'] }
    subnets: [
      {
        name: '${abbreviations.networkVirtualNetworksSubnets}app'
        properties: {
          addressPrefix: '10.40.0.0/24'
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: '${abbreviations.networkVirtualNetworksSubnets}endpoints'
        properties: { addressPrefix: '10.40.1.0/24', privateEndpointNetworkPolicies: 'Enabled' }
      }
    ]
  }

  resource app 'subnets' existing = { name: '${abbreviations.networkVirtualNetworksSubnets}app' }
  resource endpoints 'subnets' existing = { name: '${abbreviations.networkVirtualNetworksSubnets}endpoints' }
}

output virtualNetworkId string = network.id
output appSubnetId string = network::app.id
output endpointSubnetId string = network::endpoints.id
