metadata description = 'Private networking: the app in one subnet, the endpoints of storage and vault in another.'

param location string
param token string
param tags object

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'vnet-drives-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.40.0.0/22'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.40.0.0/24'
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.40.1.0/24', privateEndpointNetworkPolicies: 'Enabled' }
      }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

output virtualNetworkId string = network.id
output appSubnetId string = network::app.id
output endpointSubnetId string = network::endpoints.id
